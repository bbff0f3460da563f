# The few things of FreeBSD's Mk/bsd.port.mk that a port's own targets use, with the same names and meanings, for
# bmake(1) on any system. What is not here is undefined, and a port that uses it fails.

PREFIX?=	/usr/local
LOCALBASE?=	/usr/local
WRKDIR?=	${.CURDIR}/work
STAGEDIR?=	${WRKDIR}/stage
DISTNAME=	${PORTNAME}-${DISTVERSION}
EXTRACT_SUFX=	.tar.xz
WRKSRC=		${WRKDIR}/${DISTNAME}
DOCSDIR=	${PREFIX}/share/doc/${PORTNAME}
EXAMPLESDIR=	${PREFIX}/share/examples/${PORTNAME}

CC=		cc
CFLAGS=		-O2 -pipe
LDFLAGS=
SH=		/bin/sh
SETENV=		/usr/bin/env
MAKE_ENV=	PREFIX=${PREFIX} LOCALBASE=${LOCALBASE}
MKDIR=		mkdir -p
# The executables of the tests are scripts: they are not stripped.
INSTALL_PROGRAM=	install -m 755
INSTALL_DATA=	install -m 0644
INSTALL_MAN=	install -m 0644
COPYTREE_SHARE=	sh -c 'cp -R $$0 "$$1" && find "$$1" -type f -exec chmod 644 {} +'

# mtree(8) makes these before do-install: Templates/BSD.local.dist.
BASE_DIRECTORIES=	bin share/man/man5 share/man/man8

extract:
	${MKDIR} ${WRKDIR}
	tar -xJf ${DISTDIR}/${DISTNAME}${EXTRACT_SUFX} -C ${WRKDIR}

build: extract do-build

.for directory in ${BASE_DIRECTORIES}
stage-directories::
	${MKDIR} ${STAGEDIR}${PREFIX}/${directory}
.endfor

.for option in ${OPTIONS_DEFINE}
OPTION_TARGETS+=	do-install-${option}-on
.endfor

stage: build stage-directories do-install ${OPTION_TARGETS}
	find ${STAGEDIR}${PREFIX}/share/man -type f -exec gzip -9n {} +
